-- Files that taking many out of circulation at once passes over, such as those of sticker packs.
ALTER TABLE media ADD COLUMN protected boolean NOT NULL DEFAULT false;
