import { staffAuth, staffMfa } from '../../api/staff-operations';
import { FactorCard } from '../../second-factor/factor-card';
import { Loaded } from '../../ui/loaded';

const OPERATIONS = {
  begin: () => staffMfa.begin(),
  confirm: (body: Parameters<typeof staffMfa.confirm>[0]) => staffMfa.confirm(body),
  renewCodes: () => staffMfa.renewCodes(),
  remove: () => staffMfa.remove(),
  beginPasskey: () => staffMfa.beginPasskey(),
  createPasskey: (body: Parameters<typeof staffMfa.createPasskey>[0]) =>
    staffMfa.createPasskey(body),
  renamePasskey: (id: string, body: { name: string }) => staffMfa.renamePasskey(id, body),
  deletePasskey: (id: string) => staffMfa.deletePasskey(id),
};

export function StaffFactor() {
  return (
    <Loaded queryKey={['staff', 'me']} load={staffAuth.get}>
      {({ secondFactor }) => <FactorCard factors={secondFactor} operations={OPERATIONS} />}
    </Loaded>
  );
}
