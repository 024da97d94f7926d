import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = `
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('@aws-sdk/')) return next(specifier, context)
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    },
  })
  const { openStores } = await import('./s3-store.ts').then(() => import('./stores.ts'))
  const settings = { protocol: 's3', endpoint: 'localhost', bucket: 'lab' }
  const store = (await openStores({ stores: { remote: settings } })).get('remote')
  await store.get('x').catch(({ code, message }) => console.log(code, message))
`

test('without the AWS SDK, stores on S3 say what to install when they are used, and not before', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=development', '--input-type=module', '--eval', program],
    { cwd: import.meta.dirname },
  )
  expect(stdout).toMatch(/^missing-peer .*npm install @aws-sdk\/client-s3/)
})
