#!/usr/bin/env node
// Sources run directly. `node --import tsx` would look for tsx from wherever the caller stands; this looks from here.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
