import type Database from 'better-sqlite3'

export type Value = string | number | bigint | Uint8Array | null
export type Parameters = Readonly<Record<string, Value>>

/** A function that takes this only reads. Rows are `unknown` until zod has parsed them. */
export interface ReadableDb {
  all(sql: string, parameters?: Parameters): unknown[]
  get(sql: string, parameters?: Parameters): unknown
}

/** A function that takes this may write. */
export interface WritableDb extends ReadableDb {
  run(sql: string, parameters?: Parameters): { readonly changes: number; readonly lastId: number }
  /** All of `work` or nothing; transactions inside of another one join it. */
  transaction<T>(work: () => T): T
}

/** A connection with its statements prepared once. */
export class Db implements WritableDb {
  readonly #connection: Database.Database
  readonly #statements = new Map<string, Database.Statement<[Parameters]>>()

  constructor(connection: Database.Database) {
    this.#connection = connection
  }

  all(sql: string, parameters: Parameters = {}): unknown[] {
    return this.#statement(sql).all(parameters)
  }

  get(sql: string, parameters: Parameters = {}): unknown {
    return this.#statement(sql).get(parameters)
  }

  run(sql: string, parameters: Parameters = {}): { changes: number; lastId: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(parameters)
    return { changes, lastId: Number(lastInsertRowid) }
  }

  transaction<T>(work: () => T): T {
    return this.#connection.inTransaction ? work() : this.#connection.transaction(work).immediate()
  }

  /** Changes when another connection wrote, such as the command line recording a check. */
  dataVersion(): number {
    return Number(this.#connection.pragma('data_version', { simple: true }))
  }

  close(): void {
    this.#connection.close()
  }

  #statement(sql: string): Database.Statement<[Parameters]> {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#connection.prepare<[Parameters]>(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
