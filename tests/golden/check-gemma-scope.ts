/**
 * The chain of Gemma 2 2B that the paper prints, checked on published decoders, for those who have them:
 * `npx tsx tests/golden/check-gemma-scope.ts DIR`, where DIR holds a folder for each site.
 */
import { checkChain, GEMMA_CHAIN } from './gemma-chain';
import { decodersIn } from './gemma-decoders';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder that holds one folder for each site.');
const checked = await checkChain(GEMMA_CHAIN, await decodersIn(folder));
process.stdout.write(`${JSON.stringify(checked, null, '\t')}\n`);
