/** The page that `pan.mjs` pans: a made-up flow graph of the size that its address asks for. */
import { mount } from 'svelte';
import '../../src/app.css';
import FlowGraph from '../../src/flow-graph/FlowGraph.svelte';
import { plantedFlow } from '../planted-flow';

const size = new URLSearchParams(location.search);
const flow = plantedFlow(Number(size.get('nodes')), Number(size.get('edges')));
mount(FlowGraph, { target: document.body, props: { ...flow, name: 'Planted' } });
