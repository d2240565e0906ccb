import { clsx } from './clsx.ts'
import type { ComponentProps, ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Tooltip } from './tooltip.tsx'
import './button.css'

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled' | 'title'> {
  readonly variant?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly size?: 'small' | 'normal' | 'large'
  readonly icon?: IconName
  /** Shows that the press was taken and is being carried out. */
  readonly busy?: boolean
  /**
   * Why it cannot be pressed. The button stays focusable and tells the reason, so that the keyboard
   * and a screen reader find it too.
   */
  readonly disabledReason?: string | undefined
  readonly hint?: ReactNode
}

export function Button(props: ButtonProps) {
  const {
    variant = 'plain',
    size = 'normal',
    icon,
    busy = false,
    disabledReason,
    hint,
    className,
    children,
    onClick,
    ...rest
  } = props
  const blocked = disabledReason !== undefined || busy
  const button = (
    <button
      type="button"
      {...rest}
      className={clsx('button', `button-${variant}`, `button-${size}`, className)}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (blocked) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy ? <span className="button-spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children !== undefined && <span className="button-label">{children}</span>}
      {disabledReason !== undefined && <span className="visually-hidden">. {disabledReason}</span>}
    </button>
  )
  const explanation = disabledReason ?? hint
  // A reason that comes or goes must not make another element of the button: the keyboard would lose it.
  const mayExplain = explanation !== undefined || 'disabledReason' in props
  return mayExplain ? <Tooltip content={explanation}>{button}</Tooltip> : button
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'hint' | 'icon'> {
  readonly icon: IconName
  /** The button's name, also its tooltip. */
  readonly label: string
  /** Shown in the tooltip after the label. */
  readonly shortcut?: string | undefined
  readonly pressed?: boolean
}

export function IconButton({
  icon,
  label,
  shortcut,
  pressed,
  className,
  ...rest
}: IconButtonProps) {
  const hint = shortcut === undefined ? label : `${label}  ${shortcut}`
  return (
    <Button
      variant="quiet"
      {...rest}
      icon={icon}
      aria-label={label}
      aria-pressed={pressed}
      hint={hint}
      className={clsx('button-icon', className)}
    />
  )
}
