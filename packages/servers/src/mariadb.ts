import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Installation, ServerKind } from './server-kind.ts'

/** MariaDB 10.11 is the oldest long-term version that is still maintained and has what the engine needs. */
export const mariadb: ServerKind<'mariadb'> = {
  name: 'mariadb',
  title: 'MariaDB',
  minimum: [10, 11],
  programs: ['mariadbd', 'mysqld'],
  shares: ['share/mysql', 'share/mariadb'],
  shareHolds: ['mariadb_system_tables.sql', 'mysql_system_tables.sql'],
  packages: ['mariadb-server-core', 'mariadb-client-core'],
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
}

function commonParameters({ base, share }: Installation, dataFolder: string): readonly string[] {
  return [
    '--no-defaults',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    `--datadir=${dataFolder}`,
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
