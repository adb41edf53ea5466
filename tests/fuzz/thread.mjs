/** Where the thread begins: Node runs no TypeScript by itself. */
import { register } from 'tsx/esm/api';

register();
await import('./inputs.worker.ts');
