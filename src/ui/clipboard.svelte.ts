/** Copies text, and remembers for two seconds what was copied. */
export class Clipboard {
	copied = $state<string | null>(null);

	/** Where the browser forbids it, the text is shown to be copied by hand. */
	async copy(text: string): Promise<void> {
		try {
			await navigator.clipboard.writeText(text);
			this.copied = text;
			setTimeout(() => (this.copied = null), 2000);
		} catch {
			prompt('Copy this:', text);
		}
	}
}
