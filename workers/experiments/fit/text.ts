/** What SAEs are measured on where the reader gives no text of their own: plain English of many kinds. */
export const TEXT = `The harbour was quiet when Maria came down the hill with her basket. Two boats had already left, and a third was waiting for the wind. "You are early," said the man at the rope. "I could not sleep," she answered, and she put the basket on the wet stones.

To make the dough, mix three cups of flour with a spoon of salt. Add warm water slowly, and work it with your hands until it no longer sticks to the table. Cover the bowl with a cloth and leave it in a warm place for two hours. The dough should be twice as large by then.

In 1887 the railway reached the valley. Before that year a letter needed nine days to the capital; afterwards it needed two. The number of people in the town grew from 1,200 to almost 7,000, and most of them worked in the new glass factory beside the river.

Why does the moon seem larger when it stands low over the houses? It is not closer, and the air does not magnify it. If you look at it through a small hole in a sheet of paper, the effect is gone. Our eyes compare it with the roofs and trees, and so they are misled.

The committee met on Tuesday to discuss the budget. Several members asked whether the bridge could be repaired instead of replaced, which would cost about a third as much. The engineer replied that repairs would last ten years at most. A decision is expected before the end of March.

Once there was a small bear who was afraid of snow. Every winter his sisters ran outside and rolled down the hill, but he stayed at the window. One morning he found a bird on the ledge, cold and tired. He forgot to be afraid, opened the door and carried it home in his paws.

If a train leaves at half past eight and travels eighty kilometres an hour, it has gone two hundred kilometres by eleven o'clock. A faster train that starts an hour later and travels at a hundred and twenty passes it before it arrives. Draw both lines on paper and see where they cross.

My grandfather repaired clocks. He had a drawer full of tiny wheels, and he knew where each one came from. When I asked him which clock he liked best, he pointed to an ugly one without a face. "That one never lies," he said, "because nobody can read it."

The heart of a blue whale weighs as much as a small car. Between two beats it may rest for several seconds while the animal dives. Its songs travel for hundreds of miles under water, and nobody is quite sure what they are about, although many people have tried to find out.

Please remember to close the gate behind you. The dog is friendly, but he likes to explore, and last week we found him in the bakery. There is fresh milk in the kitchen, the key is under the blue pot, and the neighbours know that you are coming. Have a good time, and write to us!

The law was plain enough, but the judge was not. She read the paper twice, took off her glasses, and looked at the boy for a long while. "Did you take the apples?" she asked. "Only the ones that had fallen," he said. Somebody at the back began to laugh.

Rain fell all night, and in the morning the path had become a stream. They took off their shoes and walked in the water, first the tall one, then the short one, then the goat. Nobody had invited the goat. It followed them anyway, over the hill and into the next chapter of their lives.`;
