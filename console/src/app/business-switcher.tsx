import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { me as myself } from '../api/operations';
import { text } from '../text/catalogue';
import { notifyFault } from '../ui/feedback';
import { Icon } from '../ui/icon';
import { queryClient, useMe } from './queries';

/** The business of this session; a person may belong to several. */
export function BusinessSwitcher() {
  const { business, support } = useMe();
  const name = business?.name ?? text.shell.noBusiness;
  if (support) return <div className="switcher">{name}</div>;
  return (
    <MenuTrigger>
      <Button className="switcher">
        <Initial name={name} />
        <span>
          {name}
          <span className="unseen">{text.shell.switch}</span>
        </span>
        <Icon name="chevrons" />
      </Button>
      <Popover className="popover" placement="bottom start">
        <Businesses />
      </Popover>
    </MenuTrigger>
  );
}

function Businesses() {
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ['businesses'],
    queryFn: () => myself.listBusinesses({ limit: 100 }),
  });
  const change = async (id: string) => {
    await myself.switchTo(id);
    await navigate({ to: '/' });
    await queryClient.resetQueries();
  };
  return (
    <Menu className="menu" aria-label={text.shell.businesses}>
      {(data?.data ?? []).map(({ id, name, current, role }) => (
        <MenuItem
          key={id}
          className="option"
          textValue={name}
          onAction={() => void change(id).catch(notifyFault)}
        >
          <span className="option-line">
            {name}
            {current && <Icon name="check" />}
          </span>
          <span className="hint">{text.roles[role]}</span>
        </MenuItem>
      ))}
      <MenuItem className="option" onAction={() => void navigate({ to: '/settings' })}>
        <span className="option-line">
          {text.shell.addBusiness}
          <Icon name="plus" />
        </span>
      </MenuItem>
    </Menu>
  );
}

function Initial({ name }: { name: string }) {
  return (
    <span className="initial" aria-hidden="true">
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}
