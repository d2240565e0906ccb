import { titleOf, type CommandId } from '../../commands/command.ts'
import { useCommand } from '../../commands/use-command.ts'
import { useDrag } from '../../state/drag.ts'
import { Button, IconButton, type ButtonProps } from '../../ui/button.tsx'

export interface CommandButtonProps {
  readonly id: string
  /** Shorter than the command's title where there is little room. */
  readonly label?: string
  readonly variant?: ButtonProps['variant']
  readonly size?: ButtonProps['size']
  /** Files that are dropped on it are taken by this command. */
  readonly takesDrop?: CommandId
}

/** A command as a button: its words, its sign, its key, and why it cannot be used. */
export function CommandButton({ id, label, variant, size, takesDrop }: CommandButtonProps) {
  const drop = useDrag(({ dragging }) =>
    dragging === undefined || takesDrop === undefined
      ? undefined
      : dragging.over === takesDrop
        ? 'button-drop-over'
        : 'button-drop',
  )
  const { command, disabledReason, shortcut, run } = useCommand(id)
  return (
    <Button
      {...(variant && { variant })}
      {...(size && { size })}
      {...(command.icon && { icon: command.icon })}
      {...(takesDrop !== undefined && { 'data-takes-drop': takesDrop })}
      className={drop}
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
