/**
 * The little of Protocol Buffers' wire format that an ONNX graph needs: varints, length-delimited
 * fields and 32-bit floats (https://protobuf.dev/programming-guides/encoding/).
 */
export class Message {
	#bytes: number[] = [];
	#chunks: Uint8Array[] = [];
	#length = 0;

	/** int32, int64, bool and enums. Negative numbers take ten bytes, as the format demands. */
	int(field: number, value: number): this {
		this.#varint(field << 3);
		this.#varint(value);
		return this;
	}

	float(field: number, value: number): this {
		this.#varint((field << 3) | 5);
		const view = new DataView(new ArrayBuffer(4));
		view.setFloat32(0, value, true);
		for (let i = 0; i < 4; i++) this.#bytes.push(view.getUint8(i));
		return this;
	}

	string(field: number, value: string): this {
		return this.bytes(field, new TextEncoder().encode(value));
	}

	bytes(field: number, value: Uint8Array): this {
		this.#varint((field << 3) | 2);
		this.#varint(value.length);
		this.#flush();
		this.#chunks.push(value);
		this.#length += value.length;
		return this;
	}

	message(field: number, value: Message): this {
		return this.bytes(field, value.finish());
	}

	/** Packed int64s. */
	ints(field: number, values: readonly number[]): this {
		const packed = new Message();
		for (const value of values) packed.#varint(value);
		return this.bytes(field, packed.finish());
	}

	finish(): Uint8Array {
		this.#flush();
		const all = new Uint8Array(this.#length);
		let at = 0;
		for (const chunk of this.#chunks) {
			all.set(chunk, at);
			at += chunk.length;
		}
		return all;
	}

	#flush(): void {
		if (this.#bytes.length === 0) return;
		this.#chunks.push(Uint8Array.from(this.#bytes));
		this.#length += this.#bytes.length;
		this.#bytes = [];
	}

	#varint(value: number): void {
		let rest = BigInt.asUintN(64, BigInt(value));
		while (rest > 0x7fn) {
			this.#bytes.push(Number(rest & 0x7fn) | 0x80);
			rest >>= 7n;
		}
		this.#bytes.push(Number(rest));
	}
}
