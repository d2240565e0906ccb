import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import './tabs.css'

export interface Tab<Id extends string> {
  readonly id: Id
  readonly label: string
  readonly icon?: IconName
  /** Rendered while its tab is chosen. */
  readonly panel: ReactNode
}

export interface TabsProps<Id extends string> {
  /** Names the list for screen readers. */
  readonly label: string
  readonly value: Id
  readonly onChange: (id: Id) => void
  readonly tabs: readonly Tab<Id>[]
}

export function Tabs<Id extends string>({ label, value, onChange, tabs }: TabsProps<Id>) {
  return (
    <Base.Root className="tabs" value={value} onValueChange={(chosen: Id) => onChange(chosen)}>
      <Base.List className="tabs-list" aria-label={label} activateOnFocus>
        {tabs.map((tab) => (
          <Base.Tab key={tab.id} value={tab.id} className="tabs-tab">
            {tab.icon && <Icon name={tab.icon} />}
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className="tabs-panel">
          {tab.panel}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
