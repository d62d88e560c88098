import { useState, type ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { text } from '../text/catalogue';
import { Button } from './button';
import { Copyable } from './copyable';
import { Form, type FormProps } from './form';
import type { IconName } from './icon-paths';

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** Cannot be left by a click outside or Escape: what it shows is not shown again. */
  isFirm?: boolean;
  children: ReactNode;
}

export function Dialog({ title, isOpen, onClose, isFirm, children }: DialogProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={!isFirm}
      isKeyboardDismissDisabled={isFirm}
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className="modal">
        <AriaDialog className="dialog">
          <Heading slot="title">{title}</Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ActionProps<T> extends Omit<FormProps<T>, 'onCancel'> {
  /** The button that opens the dialog. */
  open: string;
  openKind?: 'primary' | 'plain' | 'danger' | 'quiet';
  icon?: IconName;
  title: string;
}

/** A button, and the dialog in which its operation is filled in or confirmed. */
export function ActionDialog<T>({ open, openKind, icon, title, onDone, ...form }: ActionProps<T>) {
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  const finish = (result: T) => {
    close();
    onDone?.(result);
  };
  return (
    <>
      <Button kind={openKind} icon={icon} onPress={() => setIsOpen(true)}>
        {open}
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={close}>
        <Form {...form} onDone={finish} onCancel={close} />
      </Dialog>
    </>
  );
}

/** A key that the server tells once. */
export function SecretDialog({
  title,
  secret,
  onClose,
  children,
}: {
  title: string;
  secret: string | null;
  onClose: () => void;
  children?: ReactNode;
}) {
  return (
    <Dialog title={title} isOpen={secret !== null} onClose={onClose} isFirm>
      <p>{text.common.shownOnce}</p>
      <Copyable value={secret ?? ''} />
      {children}
      <div className="form-actions">
        <Button kind="primary" onPress={onClose}>
          {text.common.keptIt}
        </Button>
      </div>
    </Dialog>
  );
}
