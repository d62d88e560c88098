import { staffAuth, staffMfa } from '../../api/staff-operations';
import { FactorCard } from '../../second-factor/factor-card';
import { Loaded } from '../../ui/loaded';

const OPERATIONS = {
  begin: () => staffMfa.begin(),
  confirm: (body: Parameters<typeof staffMfa.confirm>[0]) => staffMfa.confirm(body),
  renewCodes: () => staffMfa.renewCodes(),
  remove: () => staffMfa.remove(),
};

export function StaffFactor() {
  return (
    <Loaded queryKey={['staff', 'me']} load={staffAuth.get}>
      {({ secondFactor }) => <FactorCard factors={secondFactor} operations={OPERATIONS} />}
    </Loaded>
  );
}
