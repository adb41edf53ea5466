/** Finds a GPU that may be used, and says why not when there is none. */
import type { Backend } from '../../src/core/packs/info';
import { Problem } from '../../src/core/names/errors';

export interface Choice {
	device: GPUDevice | null;
	/** One sentence for the reader. */
	reason: string;
	/** Set when the device is lost. */
	lost: Promise<string> | null;
}

/** Chooses the backend: a real GPU where there is one, unless the reader forces one or the other. */
export async function chooseDevice(forced: Backend | null): Promise<Choice> {
	if (forced === 'wasm')
		return { device: null, reason: 'The address asks for it (backend=wasm).', lost: null };
	const found = await findAdapter();
	if (typeof found === 'string') return without(forced, found);
	const software = isSoftware(found);
	if (software && forced !== 'webgpu')
		return without(forced, 'The only WebGPU adapter is a software one, which is slower.');
	try {
		const device = await openDevice(found);
		const lost = device.lost.then((info) => info.message || info.reason || 'lost');
		const name = [found.info?.vendor, found.info?.architecture].filter(Boolean).join(' ');
		const reason = forced
			? 'The address asks for it (backend=webgpu).'
			: `A graphics processor is available${name ? ` (${name})` : ''}.`;
		return { device, reason, lost };
	} catch {
		return without(forced, 'The graphics processor refused to open.');
	}
}

function without(forced: Backend | null, why: string): Choice {
	if (forced === 'webgpu')
		throw new Problem(
			'no-webgpu',
			`WebGPU was asked for, but it cannot be used here: ${why}`,
			'Remove ?backend=webgpu from the address to run on WebAssembly.'
		);
	return { device: null, reason: why, lost: null };
}

async function findAdapter(): Promise<GPUAdapter | string> {
	if (typeof navigator === 'undefined' || !navigator.gpu) return 'This browser has no WebGPU.';
	try {
		const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
		return adapter ?? 'This browser has WebGPU but found no graphics processor.';
	} catch {
		return 'This browser has WebGPU but found no graphics processor.';
	}
}

function isSoftware(adapter: GPUAdapter): boolean {
	const info = adapter.info as (GPUAdapterInfo & { isFallbackAdapter?: boolean }) | undefined;
	return (
		info?.isFallbackAdapter === true ||
		/swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(
			`${info?.architecture ?? ''} ${info?.device ?? ''} ${info?.description ?? ''}`
		)
	);
}

/**
 * With subgroups of fewer than 8 the runtime's attention is wrong on 32 tokens and more at once (onnxruntime-web
 * 1.30); without the feature it takes another way. An adapter that does not tell its sizes is trusted.
 */
function hasWideSubgroups({ info }: GPUAdapter): boolean {
	const least = info?.subgroupMinSize ?? 0;
	return least === 0 || least >= 8;
}

/** Our own device: limits as high as the adapter allows, since weights exceed the default bindings. */
function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
	const limits: Record<string, number> = {};
	for (const name of [
		'maxBufferSize',
		'maxStorageBufferBindingSize',
		'maxComputeWorkgroupStorageSize',
		'maxComputeInvocationsPerWorkgroup',
		'maxComputeWorkgroupSizeX',
		'maxComputeWorkgroupSizeY',
		'maxComputeWorkgroupSizeZ',
		'maxComputeWorkgroupsPerDimension',
		'maxStorageBuffersPerShaderStage'
	] as const)
		limits[name] = adapter.limits[name];
	const wanted: GPUFeatureName[] = ['shader-f16'];
	if (hasWideSubgroups(adapter)) wanted.push('subgroups');
	const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
	return adapter.requestDevice({ requiredLimits: limits, requiredFeatures });
}
