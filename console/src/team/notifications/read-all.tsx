import { useMutation } from '@tanstack/react-query';
import { notifications } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Button } from '../../ui/button';
import { notifyFault } from '../../ui/feedback';

/** @param through the newest that the reader sees: what comes meanwhile stays unread */
export function ReadAll({ through }: { through: number | undefined }) {
  const reading = useMutation({
    mutationFn: () => notifications.readAll({ through }),
    onError: notifyFault,
  });
  return (
    <Button kind="quiet" isPending={reading.isPending} onPress={() => reading.mutate()}>
      {text.notifications.readAll}
    </Button>
  );
}
