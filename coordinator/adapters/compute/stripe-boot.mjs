// As in `boot.mjs`, but by `require`: a thread that imports through tsx keeps another thread and 25 MB for it.
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

register();
createRequire(import.meta.url)('./stripe-worker.ts');
