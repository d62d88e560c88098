import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A mail that was or will be sent: what it is about, not its text. */
@Entity('mails')
export class Mail {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  template!: string;

  /** The row that it is about; its text is rendered from it on sending. */
  @Column({ name: 'subject_id', type: 'uuid' })
  subjectId!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'sent_at', type: 'timestamptz', precision: 3, nullable: true })
  sentAt!: Date | null;
}
