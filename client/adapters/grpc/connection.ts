// The dialling side is spoken by operators' commands too, so it lives with what both sides share.
export * from '../../../shared/wire/connection.ts';
