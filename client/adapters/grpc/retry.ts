export * from '../../../shared/wire/retry.ts';
