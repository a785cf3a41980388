"""The steps of a build (land, expose, transform, audit) and how a build is planned and written down."""
