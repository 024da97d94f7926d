import { inspect } from 'node:util'
import type { JobError } from './queue.ts'

/** As long as DataJoint lets a message be. */
const longestMessage = 2047
const appendix = '...truncated'

/** An error as a job keeps it: a message that names the codes and the causes, and the stacks of all of them. */
export function jobErrorOf(error: unknown): JobError {
  const chain = causesOf(error)
  return {
    message: chain.map(describe).join(' | caused by '),
    stack: chain
      .map((one) => (one instanceof Error ? (one.stack ?? describe(one)) : describe(one)))
      .join('\ncaused by '),
    code: chain.map(codeOf).find((code) => code !== null) ?? null,
  }
}

/** What fits into the column, cut as DataJoint cuts it. */
export function cutMessage(message: string): string {
  // the database counts characters, and not halves of them
  const letters = Array.from(message)
  if (letters.length <= longestMessage) return message
  return letters.slice(0, longestMessage - appendix.length).join('') + appendix
}

/** Keeps a message as far as the column takes it; `keep` gives how many rows it changed. */
export async function keepMessage(message: string, keep: (message: string) => Promise<number>): Promise<number> {
  try {
    return await keep(cutMessage(message))
  } catch (problem) {
    if (codeOf(problem) !== 'invalid-value') throw problem
    // a column of another character set than ours
    return keep(cutMessage(message.replaceAll(/[^\t\n -~]/gu, '?')))
  }
}

function causesOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let at = error; at !== undefined && at !== null && !chain.includes(at) && chain.length < 10;) {
    chain.push(at)
    at = at instanceof Error ? at.cause : null
  }
  return chain.length === 0 ? [error] : chain
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : inspect(error, { depth: 2 })
  const code = codeOf(error)
  return `${error.name}${code === null ? '' : ` [${code}]`}: ${error.message}`
}
