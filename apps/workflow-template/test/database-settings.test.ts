import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { databaseSettings } from '../src/database-settings.ts'

test('a path is a SQLite file, an address of MariaDB or MySQL a server, with what its user and password spell', () => {
  expect(databaseSettings('lab.sqlite')).toEqual({ kind: 'sqlite', path: resolve('lab.sqlite') })
  expect(databaseSettings('mariadb://ann:p%40ss%23w%2Frd@db.lab.org:3307')).toEqual({
    kind: 'mariadb',
    host: 'db.lab.org',
    port: 3307,
    user: 'ann',
    password: 'p@ss#w/rd',
  })
  expect(databaseSettings('mariadb://root:@127.0.0.1')).toMatchObject({ port: 3306, password: '' })
  expect(databaseSettings('mysql://root:@127.0.0.1')).toMatchObject({ kind: 'mysql', port: 3306 })
})

test.for([
  'postgres://root:secret@127.0.0.1',
  'mysql://root:secret#1@127.0.0.1',
  'mariadb://root:secret#1@127.0.0.1',
  'mariadb://root:secret/1@127.0.0.1',
  'mariadb://root:secret%1@127.0.0.1',
  'mariadb://root:secret@127.0.0.1:port',
  'mariadb://',
])('refuses %s, without its password', (where) => {
  expect(() => databaseSettings(where)).toThrow(/^NEUROJOINT_DATABASE (?!.*secret)/)
})
