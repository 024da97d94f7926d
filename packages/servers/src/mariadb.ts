import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Installation, type ServerKind, temporaryFolder } from './server-kind.ts'
import { ownSources, suiteOfDebian } from './server-source.ts'

/** What all versions of MariaDB have in common. */
const common = {
  name: 'mariadb',
  title: 'MariaDB',
  programs: ['mariadbd', 'mysqld'],
  shares: ['share/mysql', 'share/mariadb'],
  shareHolds: ['mariadb_system_tables.sql', 'mysql_system_tables.sql'],
  ready: /ready for connections/,

  parseVersion: (text) => /Ver (\d+\.\d+\.\d+)-MariaDB/i.exec(text)?.[1] ?? null,

  // What the script mariadb-install-db does, without the shell tools that it looks for on PATH.
  initialize: async (installation, dataFolder) => ({
    parameters: [...commonParameters(installation, dataFolder), '--bootstrap', '--enforce-storage-engine='],
    input: [
      'CREATE DATABASE mysql;',
      'USE mysql;',
      'SET @auth_root_socket=NULL;', // root signs in over TCP, with an empty password
      await readScript(installation.share, 'system_tables.sql'),
      await readScript(installation.share, 'system_tables_data.sql'),
      '',
    ].join('\n'),
  }),

  serve: (installation, { dataFolder, port }) => [
    ...commonParameters(installation, dataFolder),
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--socket=server.sock', // relative to the data directory: the path of a socket may have 107 characters only
    '--pid-file=server.pid',
    '--character-set-server=utf8mb4',
    '--innodb-buffer-pool-size=64M',
  ],
} satisfies Omit<ServerKind<'mariadb'>, 'versions' | 'sources'>

const packages = ['mariadb-server-core', 'mariadb-client-core'] as const

/**
 * MariaDB by the series of its versions. 10.11 is the oldest long-term series that is still maintained and has what the
 * engine needs; `any` is that or a newer one, whatever the machine has.
 */
export const mariadb = {
  any: {
    ...common,
    versions: { from: [10, 11], below: null },
    sources: [ownSources(...packages), suiteOfDebian('trixie', ...packages)],
  },
  '10.11': {
    ...common,
    versions: { from: [10, 11], below: [10, 12] },
    sources: [ownSources(...packages), suiteOfDebian('bookworm', ...packages)],
  },
  '11.8': {
    ...common,
    versions: { from: [11, 8], below: [11, 9] },
    sources: [ownSources(...packages), suiteOfDebian('trixie', ...packages)],
  },
} as const satisfies Record<string, ServerKind<'mariadb'>>

export type MariadbVersion = keyof typeof mariadb

function commonParameters({ base, share }: Installation, dataFolder: string): readonly string[] {
  return [
    '--no-defaults',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    `--datadir=${dataFolder}`,
    `--tmpdir=${temporaryFolder(dataFolder)}`,
    `--basedir=${base}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, 'charsets')}`,
    '--innodb-log-file-size=16M',
  ]
}

/** MariaDB 11 renamed its scripts from `mysql_…` to `mariadb_…`. */
async function readScript(share: string, name: string): Promise<string> {
  try {
    return await readFile(join(share, `mariadb_${name}`), 'utf8')
  } catch {
    return await readFile(join(share, `mysql_${name}`), 'utf8')
  }
}
