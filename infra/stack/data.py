"""Resources with data: the table, the bucket and the root secret."""

from __future__ import annotations

from infra.stack.template_terms import (
    KEPT,
    Json,
    arn,
    by_stage,
    deny_without_tls,
    policy,
    ref,
    resource,
    skipping,
    sub,
)

BUCKET_NAME = "likeworth-${Stage}-exports-${AWS::AccountId}-${AWS::Region}"


def data() -> dict[str, Json]:
    """The table, the bucket with its policy, and the root secret."""
    return {
        "Table": _table(),
        "Bucket": _bucket(),
        "BucketPolicy": resource(
            "S3::BucketPolicy",
            {
                "Bucket": ref("Bucket"),
                "PolicyDocument": policy(
                    deny_without_tls("s3:*", [arn("Bucket"), sub("${Bucket.Arn}/*")])
                ),
            },
        ),
        "RootSecret": _root_secret(),
    }


def _table() -> Json:
    names = ("pk", "sk")
    return resource(
        "DynamoDB::Table",
        {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in names
            ],
            "KeySchema": [
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(names, ("HASH", "RANGE"), strict=True)
            ],
            "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
            "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True},
            "DeletionProtectionEnabled": by_stage("DeletionProtection"),
        },
        **KEPT,
        Metadata=skipping(
            AWS_119="Encrypted by DynamoDB's key in this account. User keys are also sealed under "
            "the root secret (ADR 22)."
        ),
    )


def _bucket() -> Json:
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    encrypted = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    return resource(
        "S3::Bucket",
        {
            "BucketName": sub(BUCKET_NAME),
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [encrypted]},
            "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "LifecycleConfiguration": {
                "Rules": [
                    _expiry("uploads-go", Prefix="imports/", ExpirationInDays=90),
                    _expiry(
                        "parts-of-fits-go",
                        TagFilters=[{"Key": "kept", "Value": "1-day"}],
                        ExpirationInDays=1,
                    ),
                    _expiry(
                        "unfinished-uploads-go",
                        AbortIncompleteMultipartUpload={"DaysAfterInitiation": 3},
                    ),
                ]
            },
            "CorsConfiguration": {
                "CorsRules": [
                    {
                        "AllowedMethods": ["PUT"],
                        "AllowedOrigins": ["*"],
                        "AllowedHeaders": ["content-type"],
                        "MaxAge": 600,
                    }
                ]
            },
            "NotificationConfiguration": {
                "QueueConfigurations": [
                    {
                        "Event": "s3:ObjectCreated:*",
                        "Queue": arn("ImportQueue"),
                        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "imports/"}]}},
                    }
                ]
            },
        },
        **KEPT,
        DependsOn=["ImportQueuePolicy"],
        Metadata=skipping(
            AWS_18="An access log would contain file names, which can name people, and erasures do "
            "not cover it.",
            AWS_21="Old versions would keep files that were erased (ADR 23); uploads are read "
            "once.",
        ),
    )


def _expiry(name: str, **rule: object) -> Json:
    return {"Id": name, "Status": "Enabled", **rule}


def _root_secret() -> Json:
    return resource(
        "SecretsManager::Secret",
        {
            "Description": "API keys are hashed and user keys of tenants are sealed under this "
            "secret; docs/privacy.md explains how to rotate it.",
            "GenerateSecretString": {"PasswordLength": 48, "ExcludePunctuation": True},
        },
        **KEPT,
        Metadata=skipping(
            AWS_149="Encrypted by the key of Secrets Manager in this account; IAM controls who can "
            "read the secret."
        ),
    )
