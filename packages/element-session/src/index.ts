export * as session from './session.ts'
