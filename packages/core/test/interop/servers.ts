import { describe, inject } from 'vitest'
import type { ServerSettings } from '../../src/connection/connection.ts'
import type { Generation } from '../../src/definition/table-declaration.ts'
import { hasPython, type Python, startPython } from '../python/python.ts'

/** A server and a generation of Python's DataJoint. */
export interface Peer {
  readonly generation: Generation
  readonly settings: ServerSettings<'mariadb'> | ServerSettings<'mysql'>
  /** A name for a database that nothing else uses. */
  readonly schema: () => string
  readonly python: (stores?: string) => Promise<Python>
}

let made = 0

/** Runs the same tests with both generations of Python, or only one, on both servers. */
export function withEveryPython(
  title: string,
  tests: (peer: Peer) => void,
  generations: readonly Generation[] = ['2.x', '0.14'],
): void {
  for (const settings of [inject('mariadb'), inject('mysql')]) {
    if (!settings) continue
    for (const generation of generations) {
      if (!hasPython(generation)) continue
      describe(`${title} with DataJoint ${generation} on ${settings.kind}`, () => {
        tests({
          generation,
          settings,
          schema: () => `py${process.pid}_${Date.now().toString(36)}_${(made += 1)}`,
          python: (stores) => startPython(generation, settings, stores),
        })
      })
    }
  }
}
