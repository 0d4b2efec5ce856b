/** AssemblyScript, compiled to ../kernels.wasm by `npm run generate:kernels`. Memory is laid out by ../kernels.ts. */
export { gram } from './gram';
export { profile, signMasks } from './profile';
export { mixedColumns, rowColumns } from './columns';
export { weightedSum } from './weighted-sum';
