import { tmpdir } from 'node:os'
import { canHaveS3, startMariadb, startMysql, type StartOptions, startS3 } from '@neurojoint/servers'
import type { TestProject } from 'vitest/node'
import type { DatabaseSettings } from '../src/connection/connection.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The servers that the tests of this run share; `null` where one could not be had. */
    readonly mariadb: Extract<DatabaseSettings, { readonly kind: 'mariadb' }> | null
    readonly mysql: Extract<DatabaseSettings, { readonly kind: 'mysql' }> | null
    /** A server that speaks S3, with the bucket `lab`. */
    readonly s3: { readonly endpoint: string; readonly accessKey: string; readonly secretKey: string } | null
    /** Which program that is: they do not all say the same of what goes wrong. */
    readonly s3Program: string | null
  }
}

/**
 * Starts one server of each kind before the tests and ends them after those; other versions are started by the tests of
 * their dialects. Beside them one that speaks S3. Without one the run fails on CI, else says so.
 */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  // that of the tests, which this process does not have
  const { TMPDIR: folder = tmpdir() } = project.config.env
  const [mariadb, mysql, s3] = await Promise.all([
    start('MariaDB', (options) => startMariadb({ ...options, folder, version: '10.11' })),
    start('MySQL', (options) => startMysql({ ...options, folder, version: '9' })),
    start('S3', (options) => startS3({ ...options, folder }), canHaveS3),
  ])
  project.provide('mariadb', mariadb && mariadb.settings)
  project.provide('mysql', mysql && mysql.settings)
  project.provide('s3', s3 && { endpoint: s3.endpoint, accessKey: s3.accessKey, secretKey: s3.secretKey })
  project.provide('s3Program', s3 && s3.program)
  return async () => {
    await Promise.all([mariadb?.stop(), mysql?.stop(), s3?.stop()])
  }
}

async function start<Server>(
  name: string,
  begin: (options: StartOptions) => Promise<Server>,
  isRequired = async () => true,
): Promise<Server | null> {
  try {
    return await begin({ onProgress: (message) => console.info(message) })
  } catch (error) {
    if (process.env['CI'] && (await isRequired())) throw error
    const reason = error instanceof Error ? error.message : String(error)
    console.error(`\n  NO ${name.toUpperCase()}: EVERY TEST THAT NEEDS ONE IS LEFT OUT. ${reason}\n`)
    return null
  }
}
