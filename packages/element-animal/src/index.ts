export * as subject from './subject.ts'
