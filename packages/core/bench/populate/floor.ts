import { createPool } from 'mysql2/promise'
import { MAKES, type Server, time } from './operations.ts'

/** The least that keeps each key by itself: one insert and one commit per key, by the driver alone. */
export async function openFloor(server: Server) {
  const pool = createPool({ ...server, connectionLimit: 8 })
  await pool.query('CREATE DATABASE IF NOT EXISTS bench_floor')
  await pool.query('CREATE TABLE IF NOT EXISTS bench_floor.result (sample int PRIMARY KEY, value int NOT NULL)')
  return {
    /** Seconds for all keys on so many connections. */
    run: async (connections: number): Promise<number> => {
      await pool.query('DELETE FROM bench_floor.result')
      let next = 0
      const line = async (): Promise<void> => {
        const connection = await pool.getConnection()
        try {
          for (let key = next++; key < MAKES; key = next++)
            await connection.execute('INSERT INTO bench_floor.result VALUES (?, ?)', [key, key])
        } finally {
          connection.release()
        }
      }
      return time(() => Promise.all(Array.from({ length: connections }, line)))
    },
    close: () => pool.end(),
  }
}
