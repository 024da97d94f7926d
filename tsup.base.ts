import { defineConfig } from 'tsup'

/** The build of one library package: ES modules and their types, from the named entries. */
export const library = (entry: readonly string[]) =>
  defineConfig({
    entry: Object.fromEntries(entry.map((path) => [path.replace(/^src\//, '').replace(/\.ts$/, ''), path])),
    format: 'esm',
    target: 'node22',
    platform: 'node',
    dts: true,
    clean: true,
    sourcemap: true,
  })
