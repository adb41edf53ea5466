/** The prompt: its first tokens. */
export const TEXT =
	`Once upon a time there was a small fox who lived beside a river. Every morning she walked to the
bridge and looked at the water, because she wanted to know where it came from. One day she met an old
heron. "Where does the river begin?" asked the fox. "Far away, behind the hills," said the heron. "I
have never seen the place, but my mother told me about it." So the fox packed some bread, said goodbye
to her brother, and followed the river up into the hills. The path was steep and the wind was cold. At
night she slept under a pine tree, and the stars were bright above her. On the third day the river was
only a thin stream between the stones, and then it was gone. There was a spring, clear and quiet, and
beside it sat a child with a red hat. "You are late," the child said, and laughed. "I have been waiting
for somebody to ask me that question." The fox sat down and listened until the evening came.`.replaceAll(
		'\n',
		' '
	);
