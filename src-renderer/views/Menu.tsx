import { Ellipsis } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import './item.css';
import './menu.css';

interface MenuItem {
  readonly id: string;
  readonly label: string;
  /** A second, smaller line. */
  readonly note?: string | null;
  readonly icon?: ReactNode;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
}

/** What else can be done, behind one button. */
export function Menu({ label, items, disabled = false }: { label: string; items: MenuItem[]; disabled?: boolean }) {
  // Not modal on purpose: the modal kind injects a style element, which the content security policy forbids.
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button button-quiet button-icon" aria-label={label} disabled={disabled}>
        <Ellipsis className="icon" aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" collisionPadding={8}>
          {items.map((item) => (
            <DropdownMenu.Item
              key={item.id}
              className="item menu-item"
              disabled={item.disabled ?? false}
              onSelect={item.onSelect}
            >
              {item.icon}
              <span className="grow">
                {item.label}
                {item.note != null && <span className="menu-note">{item.note}</span>}
              </span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
