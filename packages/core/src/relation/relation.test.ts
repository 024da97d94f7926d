import { describe, expect, test } from 'vitest'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import type { Attribute, Heading } from '../attribute/attribute.ts'
import { join } from './join.ts'
import { matches } from './matches.ts'
import type { RelationNode, TableNode } from './node.ts'
import { project } from './project.ts'
import { restrict } from './restrict.ts'
import { tableNode } from './table.ts'
import { top } from './top.ts'

/** `*name` is in the key; `name<origin` descends from another table's attribute. */
function table(name: string, attributes: string): TableNode {
  const heading = attributes.split(' ').map((text): Attribute => {
    const [, star, own = '', origin] = /^(\*?)(\w+)(?:<(.+))?$/.exec(text) ?? []
    const inKey = star === '*'
    return {
      name: own,
      type: parseAttributeType('int32'),
      inKey,
      nullable: false,
      default: { kind: 'required' },
      comment: '',
      lineage: origin ?? (inKey ? `lab.${name}.${own}` : null),
    }
  })
  return tableNode({ name: { schema: 'lab', table: name }, heading })
}

const spell = ({ heading }: { heading: Heading }) =>
  heading.map(({ name, inKey }) => (inKey ? `*${name}` : name)).join(' ')
const codeOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}
const is = (attribute: string) => ({ kind: 'compare', attribute, operator: '=', value: 1n }) as const

const session = table('session', '*subject *session date')
const trial = table('trial', '*subject<lab.session.subject *session<lab.session.session *trial outcome')

describe('restrict', () => {
  test('keeps the heading and leaves its source as it was', () => {
    const node = restrict(session, is('date'))
    expect(node.heading).toBe(session.heading)
    expect(node.source).toBe(session)
  })

  test('refuses an unknown attribute with the attributes at hand, however deep it stands', () => {
    const condition = { kind: 'not', condition: { kind: 'or', conditions: [is('date'), is('dat')] } } as const
    expect(() => restrict(session, condition)).toThrow(
      expect.objectContaining({ code: 'unknown-attribute', attribute: 'dat', known: ['subject', 'session', 'date'] }),
    )
  })

  test('refuses a key with another number of values than attributes', () => {
    const condition = { kind: 'in', attributes: ['subject', 'session'], keys: [[1n, 2n], [1n]] } as const
    expect(() => restrict(session, condition)).toThrow('Key 1 has 1 values for the 2 attributes')
  })
})

describe('project', () => {
  test('keeps the whole key, in the order of the source, whatever is named', () => {
    expect(spell(project(session, {}))).toBe('*subject *session')
    expect(spell(project(session, { date: 'date' }))).toBe('*subject *session date')
  })

  test('renames in place, and a renamed key attribute stays in the key with its lineage', () => {
    const node = project(session, { on: 'date', animal: 'subject' })
    expect(spell(node)).toBe('*animal *session on')
    expect(node.columns).toEqual({ animal: 'subject', session: 'session', on: 'date' })
    expect(node.heading[0]?.lineage).toBe('lab.session.subject')
  })

  test('puts a key attribute that is given twice into the key under both names, as DataJoint does', () => {
    expect(spell(project(session, { subject: 'subject', again: 'subject' }))).toBe('*subject *again *session')
  })

  test('swaps two names', () => {
    expect(spell(project(session, { subject: 'session', session: 'subject' }))).toBe('*session *subject')
  })

  test('refuses an unknown name, and a new name that the key has already', () => {
    expect(codeOf(() => project(session, { x: 'nope' }))).toBe('unknown-attribute')
    expect(codeOf(() => project(session, { subject: 'date' }))).toBe('attribute-clash')
  })
})

describe('join', () => {
  test('has the key of the side that determines the other, and its attributes first', () => {
    expect(spell(join(session, trial))).toBe('*subject *session *trial outcome date')
    expect(spell(join(trial, session))).toBe('*subject *session *trial outcome date')
  })

  test('has the key of the left side where its attributes hold the whole key of the right', () => {
    const c = table('c', '*c a<lab.a.a')
    expect(spell(join(table('a', '*a x'), c))).toBe('*c a x')
  })

  test('has both keys where neither side determines the other', () => {
    expect(spell(join(table('a', '*a x'), table('b', '*b y')))).toBe('*a *b x y')
  })

  test('refuses namesakes of different origin, naming both', () => {
    const other = table('other', '*subject z')
    expect(() => join(session, other)).toThrow(
      expect.objectContaining({ code: 'unrelated-namesake', left: 'lab.session.subject', right: 'lab.other.subject' }),
    )
  })

  test('refuses to match numbers with text by their names, which servers take for numbers', () => {
    const text = table('b', '*b c')
    const heading = text.heading.map((one) =>
      one.name === 'c' ? { ...one, type: parseAttributeType('varchar(5)') } : one,
    )
    const [left, right] = [table('a', '*a c'), { ...text, heading }]
    expect(codeOf(() => join(left, right, { matching: 'names' }))).toBe('invalid-condition')
    expect(codeOf(() => matches(left, right, 'names'))).toBe('invalid-condition')
    expect(spell(join(left, text, { matching: 'names' }))).toBe('*a *b c')
  })

  test('refuses namesakes that are secondary attributes of their own, also of one table', () => {
    expect(codeOf(() => join(session, session))).toBe('unrelated-namesake')
    expect(spell(join(session, project(session, {})))).toBe('*subject *session date')
  })
})

describe('top', () => {
  test('breaks ties by the key where it cuts rows off', () => {
    const order = [{ attribute: 'date', descending: true }]
    expect(top(session, { order }).order.map(({ attribute }) => attribute)).toEqual(['date'])
    expect(top(session, { order, limit: 3 }).order.map(({ attribute }) => attribute)).toEqual([
      'date',
      'subject',
      'session',
    ])
  })

  test('of a top without an order of its own goes on in that order', () => {
    const order = [{ attribute: 'date', descending: true }]
    const [first] = top(top(session, { order }), { limit: 1 }).order
    expect(first).toEqual(order[0])
    const other = [{ attribute: 'session', descending: false }]
    expect(top(top(session, { order }), { order: other }).order).toEqual(other)
  })

  test('refuses a limit that is no count, and an unknown attribute', () => {
    expect(codeOf(() => top(session, { limit: -1 }))).toBe('invalid-top')
    expect(codeOf(() => top(session, { offset: 1.5 }))).toBe('invalid-top')
    expect(codeOf(() => top(session, { order: [{ attribute: 'x', descending: false }] }))).toBe('unknown-attribute')
  })
})

describe('matches', () => {
  const on = (left: RelationNode, right: RelationNode) =>
    codeOf(() => {
      const condition = matches(left, right)
      return condition.kind === 'matches' ? condition.on.map(([here]) => here) : null
    })

  test('compares the common attributes of one lineage', () => {
    expect(on(session, trial)).toEqual(['subject', 'session'])
  })

  test('refuses unrelated namesakes', () => {
    expect(on(session, table('other', '*subject'))).toBe('unrelated-namesake')
  })

  test('takes a table restricted by itself, comparing its key alone', () => {
    expect(on(session, restrict(session, is('date')))).toEqual(['subject', 'session'])
    expect(on(project(session, { subject: 'subject', on: 'date' }), project(session, { on: 'date' }))).toEqual([
      'subject',
      'session',
    ])
  })

  test('takes joins with a common table', () => {
    expect(on(join(trial, session), top(session, { limit: 1 }))).toEqual(['subject', 'session'])
  })

  test('refuses a secondary attribute whose key is not common', () => {
    expect(on(session, project(session, { other: 'session', date: 'date' }))).toBe('unrelated-namesake')
  })
})
