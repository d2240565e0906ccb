import { titleOf } from '../../commands/command.ts'
import { useCommand } from '../../commands/use-command.ts'
import { Button, IconButton, type ButtonProps } from '../../ui/button.tsx'

export interface CommandButtonProps {
  readonly id: string
  /** Shorter than the command's title where there is little room. */
  readonly label?: string
  readonly variant?: ButtonProps['variant']
  readonly size?: ButtonProps['size']
}

/** A command as a button: its words, its sign, its key, and why it cannot be used. */
export function CommandButton({ id, label, variant, size }: CommandButtonProps) {
  const { command, disabledReason, shortcut, run } = useCommand(id)
  return (
    <Button
      {...(variant && { variant })}
      {...(size && { size })}
      {...(command.icon && { icon: command.icon })}
      disabledReason={disabledReason}
      hint={shortcut === undefined ? undefined : `${titleOf(command)}  ${shortcut}`}
      onClick={run}
    >
      {label ?? titleOf(command)}
    </Button>
  )
}

export interface CommandIconButtonProps {
  readonly id: string
  readonly label?: string
  readonly pressed?: boolean
}

export function CommandIconButton({ id, label, pressed }: CommandIconButtonProps) {
  const { command, disabledReason, shortcut, run } = useCommand(id)
  return (
    <IconButton
      icon={command.icon ?? 'more'}
      label={label ?? titleOf(command)}
      shortcut={shortcut}
      disabledReason={disabledReason}
      {...(pressed !== undefined && { pressed })}
      onClick={run}
    />
  )
}
