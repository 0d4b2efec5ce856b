// A worker does not inherit tsx from the thread that starts it (Node 20): it is registered here, before the first .ts.
import { register } from 'tsx/esm/api';

register();
await import('./lab-worker.ts');
