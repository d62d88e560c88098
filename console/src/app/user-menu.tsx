import { useState } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { text } from '../text/catalogue';
import { Icon } from '../ui/icon';
import { applyTheme, currentTheme, THEMES, type Theme } from './theme';

interface Props {
  name: string;
  detail: string;
  onLogOut: () => void;
  logOut: string;
}

/** Who is logged in; the theme; the way out. */
export function UserMenu({ name, detail, onLogOut, logOut }: Props) {
  const [theme, setTheme] = useState<Theme>(currentTheme);
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <MenuTrigger>
      <Button className="side-user">
        <Icon name="account" size={20} />
        <span>
          <strong>{name}</strong>
          <small>{detail}</small>
        </span>
        <Icon name="chevrons" />
      </Button>
      <Popover className="popover" placement="top start">
        <Menu className="menu">
          {THEMES.map((each) => (
            <MenuItem key={each} className="option" onAction={() => choose(each)}>
              <span className="option-line">
                {text.shell.themes[each]}
                {each === theme && <Icon name="check" />}
              </span>
            </MenuItem>
          ))}
          <Separator className="separator" />
          <MenuItem className="option" onAction={onLogOut}>
            <span className="option-line">
              {logOut}
              <Icon name="logout" />
            </span>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
