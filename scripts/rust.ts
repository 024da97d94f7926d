import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { runCommand } from './command.ts'

/**
 * Finds a working cargo; returns null if there is one, else why not. Under a HOME that is not the one rustup was
 * installed in, its proxies find no toolchain: then they are told of the one installed beside them, by RUSTUP_HOME.
 */
export async function findCargo(): Promise<string | null> {
  const asIs = await runCommand(['cargo', '--version'], { capture: true })
  if (asIs.exitCode === 0) return null
  const cargo = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'cargo'))
    .find((path) => existsSync(path))
  if (cargo === undefined) return 'no cargo on PATH'
  const toolchains = join(dirname(dirname(dirname(cargo))), '.rustup')
  if (process.env['RUSTUP_HOME'] === undefined && existsSync(toolchains)) {
    const told = await runCommand(['cargo', '--version'], { capture: true, environment: { RUSTUP_HOME: toolchains } })
    if (told.exitCode === 0) {
      process.env['RUSTUP_HOME'] = toolchains
      return null
    }
  }
  return `${cargo} does not run (${asIs.output.trim().split('\n')[0] ?? ''})`
}
