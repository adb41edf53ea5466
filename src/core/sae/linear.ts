/** Nodes that several architectures share. */
import type { EncoderGraph } from './architecture';

/** x · matrix + bias */
export const linear = (g: EncoderGraph, x: string, matrix: string, bias: string): string =>
	g.op('Add', [g.op('MatMul', [x, matrix]), bias]);

/** `value` where `on` holds, else 0. */
export const zeroUnless = (g: EncoderGraph, on: string, value: string): string =>
	g.op('Where', [on, value, g.constant(Float32Array.of(0), [1])]);
