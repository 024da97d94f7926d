export { keySource } from '../query/key-source.ts'
