import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

/** A component whose code comes when it is drawn first; modules here have named exports only. */
export const lazily = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> => lazy(async () => ({ default: await load() }))
