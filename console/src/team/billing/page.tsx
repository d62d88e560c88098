import type { InvoiceStatus } from '@tenantry/client';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { billing } from '../../api/operations';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty, type Tone } from '../../ui/feedback';
import { formatMoney, Time } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { List, useList } from '../../ui/list';
import { Loaded } from '../../ui/loaded';
import { Card, Facts, Page } from '../../ui/page';

const TONE: Record<InvoiceStatus, Tone> = {
  draft: 'neutral',
  open: 'warn',
  paid: 'good',
  uncollectible: 'bad',
  void: 'neutral',
};

export default function Billing() {
  return (
    <Page
      title={text.billing.title}
      lead={text.billing.lead}
      actions={
        <Link to="/plan" className="button button-plain">
          {text.overview.changePlan}
        </Link>
      }
    >
      <Arrival />
      <Loaded queryKey={['billing']} load={billing.get} lines={4}>
        {(account) => (account.provider === 'manual' ? <ByHand /> : <ByStripe account={account} />)}
      </Loaded>
    </Page>
  );
}

const ASK_EVERY_MS = 2_000;

/** Back from the payment page: the payment provider tells the server a moment later. */
function Arrival() {
  const { paid }: { paid?: unknown } = useSearch({ strict: false });
  const { data } = useQuery({
    queryKey: ['billing'],
    queryFn: billing.get,
    enabled: paid !== undefined,
    refetchInterval: ({ state }) => (isPaid(state.data) ? false : ASK_EVERY_MS),
  });
  if (paid === undefined) return null;
  return (
    <p role="status">
      <Badge tone={isPaid(data) ? 'good' : 'accent'}>
        {isPaid(data) ? text.billing.paid : text.billing.confirming}
      </Badge>
    </p>
  );
}

const isPaid = (account?: Account): boolean => Boolean(account?.paymentMethod);

function ByHand() {
  return (
    <Card>
      <Empty icon="billing" title={text.billing.manual}>
        {text.billing.manualLead}
      </Empty>
    </Card>
  );
}

type Account = Awaited<ReturnType<typeof billing.get>>;

function ByStripe({ account }: { account: Account }) {
  const { customer, paymentMethod, nextInvoice } = account;
  const { may } = useMe();
  if (!customer)
    return (
      <Card>
        <Empty icon="billing" title={text.billing.none}>
          {text.billing.noneLead}
        </Empty>
      </Card>
    );
  return (
    <>
      <Card title={text.billing.method} actions={may('billing:write') && <Portal />}>
        <Facts
          facts={[
            [
              text.billing.card,
              paymentMethod && text.billing.cardOf(paymentMethod.brand, paymentMethod.last4),
            ],
            [text.billing.to, customer.email ?? customer.name],
            [text.billing.next, nextInvoice && formatMoney(nextInvoice.amount)],
            [
              text.billing.nextAt,
              nextInvoice?.at ? <Time key="at" at={nextInvoice.at} isDay /> : null,
            ],
          ]}
        />
      </Card>
      <Card title={text.billing.invoices} isFlush>
        <Invoices />
      </Card>
    </>
  );
}

/** Cards and addresses are kept by Stripe; its page leads back. */
function Portal() {
  return (
    <ActionDialog
      open={text.billing.portal}
      icon="external"
      title={text.billing.portal}
      submit={text.billing.toPortal}
      send={async () => location.assign((await billing.openPortal()).url)}
    >
      <p>{text.billing.portalLead}</p>
    </ActionDialog>
  );
}

function Invoices() {
  const list = useList(['invoices'], billing.listInvoices);
  return (
    <List
      label={text.billing.invoices}
      list={list}
      rowKey={({ id }) => id}
      empty={<Empty icon="billing" title={text.billing.noInvoices} />}
      columns={[
        { title: text.billing.number, cell: ({ number }) => <strong>{number ?? '–'}</strong> },
        {
          title: text.plan.status,
          cell: ({ status }) => <Badge tone={TONE[status]}>{text.invoiceStatus[status]}</Badge>,
        },
        { title: text.common.created, cell: ({ createdAt }) => <Time at={createdAt} isDay /> },
        { title: text.billing.total, cell: ({ total }) => formatMoney(total), isEnd: true },
        {
          title: text.common.actions,
          isQuiet: true,
          isEnd: true,
          cell: ({ url, number }) =>
            url && (
              <a
                href={url}
                target="_blank"
                rel="noreferrer"
                aria-label={text.billing.openInvoice(number ?? '')}
              >
                <Icon name="external" />
              </a>
            ),
        },
      ]}
    />
  );
}
