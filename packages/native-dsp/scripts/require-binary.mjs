import { access } from 'node:fs/promises'

// Registries accept a platform package without its binary; this is where that is refused.
const [binary] = process.argv.slice(2)
try {
  await access(binary)
} catch {
  console.error(`${binary} is missing: run \`pnpm build:release\` in packages/native-dsp before packing.`)
  process.exit(1)
}
