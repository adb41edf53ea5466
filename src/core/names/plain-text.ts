/** Words of strangers, made fit to stand beside ours. */

/** Characters that XML 1.0 cannot hold: control characters and unpaired halves of pairs. */
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

export const withoutControls = (text: string): string => text.replace(NOT_IN_XML, '');

/** Without what turns the order of the text around it (https://unicode.org/reports/tr9/), and without controls. */
export const plainText = (text: string): string =>
	withoutControls(text).replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '');
