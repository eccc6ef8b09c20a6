import { useState } from "react";
import { remove } from "../../api/client";
import { useBlocks } from "../../api/queries";
import type { Block } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { dateTimeOf, phoneOf } from "../../i18n/format";
import { Ask, Empty, Failed, Loading } from "../../ui/parts";
import { useToast } from "../../ui/toast";

export function BlocksPage() {
  const { t, language } = useI18n();
  const toast = useToast();
  const [lifting, setLifting] = useState<Block | null>(null);
  const blocks = useBlocks();
  const state = (b: Block) => (b.lifted_at ? t.blocks.lifted : b.expires_at && b.expires_at < Date.now() ? t.blocks.expired : t.blocks.active);
  return (
    <div className="page">
      <header className="page-head"><h1>{t.blocks.title}</h1><p className="lead">{t.blocks.lead}</p></header>
      {blocks.isError ? <Failed error={blocks.error} retry={() => void blocks.refetch()} /> : blocks.isPending ? <Loading /> : blocks.data.length === 0 ? <Empty title={t.blocks.empty} /> : (
        <div className="table-box" tabIndex={0} role="region" aria-label={t.blocks.title}>
          <table>
            <thead><tr><th>{t.blocks.party}</th><th>{t.blocks.state}</th><th>{t.blocks.since}</th><th>{t.blocks.until}</th><th>{t.blocks.by}</th><th>{t.blocks.contact}</th><td><span className="visually-hidden">{t.blocks.lift}</span></td></tr></thead>
            <tbody>
              {blocks.data.map((b) => (
                <tr key={b.id}>
                  <td className="nowrap"><strong>{phoneOf(b.party)}</strong></td>
                  <td className="nowrap">{state(b)}</td>
                  <td className="nowrap">{dateTimeOf(b.blocked_at, language)}</td>
                  <td className="nowrap">{b.expires_at ? dateTimeOf(b.expires_at, language) : t.blocks.noLimit}</td>
                  <td>{b.blocked_by === "rule" ? t.contact.byRule(b.reason) : b.blocked_by}</td>
                  <td className="nowrap">{b.contact && <Link to={`/contacts/${b.contact}`}>{t.cases.see}</Link>}</td>
                  <td>{!b.lifted_at && <button type="button" className="button small" onClick={() => setLifting(b)}>{t.blocks.lift}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {lifting && (
        <Ask title={t.blocks.liftTitle} go={t.blocks.liftGo} onClose={() => setLifting(null)} onGo={async () => {
          await remove(`/api/v1/blocks/${encodeURIComponent(lifting.id)}`);
          toast(t.blocks.liftedNow);
          await blocks.refetch();
        }}><p>{t.blocks.liftLead(phoneOf(lifting.party))}</p></Ask>
      )}
    </div>
  );
}
