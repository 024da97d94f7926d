import { describe, expect, inject, test } from 'vitest'
import { hasPython, startPython } from './python.ts'

const server = inject('mariadb')

describe.each(['2.x', '0.14'] as const)('Python DataJoint %s', (generation) => {
  test.runIf(hasPython(generation) && server)(
    'answers with values, keeps names, and tells its errors',
    { timeout: 60_000 },
    async () => {
      if (!server) return
      const python = await startPython(generation, server)
      expect(await python.run('x = 6\nx * 7')).toBe(42)
      expect(await python.run('dict(a=[1, 2.5, None, "é"], x=x)')).toEqual({ a: [1, 2.5, null, 'é'], x: 6 })
      expect(await python.run('dj.conn().query("select 1").fetchall()')).toEqual([[1]])
      await expect(python.run('1 / 0')).rejects.toMatchObject({ class: 'ZeroDivisionError' })
      expect(String(await python.run('dj.__version__'))).toMatch(generation === '2.x' ? /^2\.3/ : /^0\.14/)
      python.process.kill('SIGKILL')
      await expect(python.run('1')).rejects.toThrow('Python ended (SIGKILL)')
      await python.close()
      await expect(python.run('1')).rejects.toThrow('Python ended (SIGKILL)')
    },
  )
})
