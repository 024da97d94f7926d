export * as lab from './lab.ts'
export * as project from './project.ts'
