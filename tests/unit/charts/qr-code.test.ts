import { expect, it } from 'vitest';
import { qrCode } from '../../../src/charts/layout/qr-code';

it('has the three marks of a QR code, with white around it', () => {
	const { side, path } = qrCode('https://example.org/')!;
	const dark = Array.from({ length: side }, () => new Array<boolean>(side).fill(false));
	for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
		dark[Number(y)]!.fill(true, Number(x), Number(x) + Number(width));
	const mark = (x: number, y: number) =>
		dark.slice(y, y + 7).map((row) =>
			row
				.slice(x, x + 7)
				.map((on) => (on ? '#' : '.'))
				.join('')
		);
	const finder = ['#######', '#.....#', '#.###.#', '#.###.#', '#.###.#', '#.....#', '#######'];
	for (const [x, y] of [
		[4, 4],
		[side - 11, 4],
		[4, side - 11]
	] as const)
		expect(mark(x, y)).toEqual(finder);
	expect(dark.slice(0, 4).flat().concat(dark.slice(-4).flat()).some(Boolean)).toBe(false);
	expect((side - 8 - 17) % 4).toBe(0);
});

it('holds what fits, and nothing longer', () => {
	expect(qrCode('x'.repeat(2953))!.side).toBe(177 + 8);
	expect(qrCode('x'.repeat(2954))).toBeNull();
	expect(qrCode('é'.repeat(1500))).toBeNull();
});
